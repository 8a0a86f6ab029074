"""The routes that score: lean, since every sign-up form waits for them."""
