"""The backtest: learn from the past, replay what came later."""
