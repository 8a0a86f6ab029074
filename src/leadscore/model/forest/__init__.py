"""Boosted trees of any depth as plain arrays: scores and exact effects without XGBoost."""
