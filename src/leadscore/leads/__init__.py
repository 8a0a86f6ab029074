"""What a lead is: its schema, its values, and the faults in them."""
