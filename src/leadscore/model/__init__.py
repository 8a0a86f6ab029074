"""From leads and labels to a model: encode, fit, calibrate, keep."""
