"""How the car's own parts are: figures for headquarters, a status for the crew and the engineer, a pulse for systemd."""
