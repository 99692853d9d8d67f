"""What if: the numbers of an area after some changes, before any is made."""
