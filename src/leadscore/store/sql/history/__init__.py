"""What is known of leads: contacts, events, scores, outcomes; and how all of it goes."""
