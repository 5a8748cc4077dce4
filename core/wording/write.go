package wording

// WriteMoney says what to write into a box for a sum of money.
func WriteMoney() string {
	return "多少元?请写数,比如:3500,或者 1.2万。一分没有就写 0。"
}

// WriteNumber says what to write into a box for a number; unit is what it counts, as a
// Fact has it, "" for none.
func WriteNumber(unit string) string {
	switch unit {
	case "岁":
		return "几岁?请写数,比如:45。"
	case "平方米":
		return "多少平方米?请写数,比如:20。"
	case "":
		return "请写数,比如:1。没有就写 0。"
	}
	return "几" + unit + "?请写数,比如:1。没有就写 0。"
}
