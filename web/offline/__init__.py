"""The phone without a network: the packet of the coming days, the actions it sends back, and the app around it."""
