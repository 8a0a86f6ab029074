"""Who may do what: roles, keys, answers given once, and the audit log."""
