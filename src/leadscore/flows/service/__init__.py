"""The live service's use cases: leads, events and outcomes in; scores, tasks and messages out."""
