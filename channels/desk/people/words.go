package people

import (
	"html/template"
	"time"

	"lianou/core"
)

// Words are the formatting functions of this room's templates.
func (p *Room) Words() template.FuncMap {
	return template.FuncMap{
		"per":    func(p string) string { return periods[p] },
		"points": func(tenths int) int { return tenths / 10 },
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

// periods say how often an amount is given.
var periods = map[string]string{"month": "/月", "year": "/年", "term": "/学期", "season": "/季", "once": ",一次"}
