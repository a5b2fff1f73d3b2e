"""PROGRAMS THAT PEOPLE USE FOR THE SAME: how each is installed, set up and started; none of them is part of the product."""
