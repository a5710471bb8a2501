"""Sources that are read over the network, by the official interface of each service."""
