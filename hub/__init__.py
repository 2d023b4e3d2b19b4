"""The master-data hub: one accurate, current data set from a city's registers of poor households."""

__version__ = "0.1.0"
