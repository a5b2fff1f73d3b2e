"""THE RIG: the real code of car and headquarters in one process, on an event loop whose time is a number and whose world is a seed."""
