"""KML and KMZ, also as Ovital (奥维) writes them."""
