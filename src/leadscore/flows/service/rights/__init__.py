"""What a person may ask for: to be erased, left unprofiled, shown what is held; and retention."""
