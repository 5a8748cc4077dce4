package people

import (
	"html/template"
	"time"

	"lianou/core"
)

// Words are the formatting functions of this room's templates.
func (p *Room) Words() template.FuncMap {
	return template.FuncMap{
		"dated": func(t time.Time) string {
			if t.IsZero() {
				return "—"
			}
			return t.In(core.China).Format(time.DateOnly)
		},
	}
}

// deeds are the looks of the log in words.
var deeds = map[string]string{"person.read": "打开过", "field.revealed": "看了全号"}
