"""The product beside its peers: the same leads, one run, in turns."""
