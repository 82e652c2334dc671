"""In: callbacks, stored first and understood later; messages that other systems sent."""
