"""Pages of what is done for households and places: deeds, activities, partners, joint meetings."""
