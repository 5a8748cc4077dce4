package twins

// AtOnce sets how many pairs are enough for one transaction.
func (t *Twins) AtOnce(n int) { t.atOnce = n }
