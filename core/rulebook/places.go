package rulebook

import (
	"fmt"
	"slices"
	"strings"

	"lianou/core"
	"lianou/core/policy"
)

// Names gives a county its name. Without it the code stands for it.
type Names func(core.RegionCode) string

func (n Names) of(code core.RegionCode) string {
	if n != nil {
		if name := n(code); name != "" {
			return name
		}
	}
	return string(code)
}

// where names places: the counties that share urban, rural or both.
func (t *teller) where(places []policy.Place, counties int) string {
	areas := map[core.RegionCode]string{}
	var order []core.RegionCode
	for _, p := range places {
		if _, seen := areas[p.County]; !seen {
			order = append(order, p.County)
		}
		areas[p.County] += AreaWord(p.Area)
	}
	var out []string
	for _, area := range []string{"城镇", "农村", "城镇农村", ""} {
		var names []string
		for _, c := range order {
			if areas[c] == area && c != "" {
				names = append(names, t.names.of(c))
			}
		}
		others := slices.Contains(order, "") && areas[""] == area
		if len(names) == 0 && !others {
			continue
		}
		out = append(out, countyWords(names, others, len(names) == counties)+areaWords(area))
	}
	return strings.Join(out, ";")
}

func countyWords(names []string, others, all bool) string {
	switch {
	case others && all:
		return "各县"
	case len(names) == 0:
		return "其他县"
	}
	out := strings.Join(names[:min(len(names), mostCounties)], "、")
	if len(names) > mostCounties {
		out += fmt.Sprintf("等 %d 个县", len(names))
	}
	if others {
		out += "和其他县"
	}
	return out
}

func areaWords(area string) string {
	switch area {
	case "城镇农村":
		return ""
	case "":
		return " 还不知道城乡的"
	}
	return " " + area
}

// AreaWord is an area as people say it; "" where it is not given.
func AreaWord(a core.Area) string {
	return map[core.Area]string{"urban": "城镇", "rural": "农村"}[a]
}
