package boot

// secondModes are what LIANOU_SECOND_FACTOR may say.
const (
	secondAuto = "auto"
	secondOn   = "on"
	secondOff  = "off"
)

// DemandsSecond reports whether every log-in of staff needs a second factor (security.md P30). A city
// demands one unless somebody turned it off, which the doctor tells of; a database made for show,
// whose accounts belong to nobody with a phone, does once it is turned on.
func DemandsSecond(cfg *Config, demo bool) bool {
	return cfg.SecondFactor == secondOn || cfg.SecondFactor == secondAuto && !demo
}
