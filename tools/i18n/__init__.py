"""Message catalogues: gathering, checking and compiling, without gettext installed."""
