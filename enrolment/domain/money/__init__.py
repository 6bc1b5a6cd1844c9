"""The rules of fees: amounts, books in double entry, what a provider's word is worth."""
