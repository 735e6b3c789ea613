"""Events, from their commit to deliveries and subscribers."""
