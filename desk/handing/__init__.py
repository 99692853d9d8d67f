"""Pages of handing over: offers and answers, the plan when somebody leaves, covers meanwhile."""
