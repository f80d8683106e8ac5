"""Reading mails, without any database."""
