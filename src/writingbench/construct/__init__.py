"""How a benchmark is made: requests are drafted or brought in, refined, given material by people, and screened."""
