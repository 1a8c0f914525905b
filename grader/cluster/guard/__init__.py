"""What stands between the network and the driver: who may connect, and what a message may be."""
