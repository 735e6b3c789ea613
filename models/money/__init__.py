"""Calculation of money and periods: pure functions of days, prices and rates, without database and clock."""
