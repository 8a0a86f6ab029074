"""Who may call the service, who did what, and what was answered."""
