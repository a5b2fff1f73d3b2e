"""Spool -> headquarters: what to send next, when to send it again, and what is forgotten on headquarters' receipt."""
