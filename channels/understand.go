package channels

import (
	"lianou/core/registry"
	"lianou/transcription/slots"
)

// ReaderOf is the understanding of people's words over the places of the city; nil
// without places, for who only shows a table of routes.
func ReaderOf(places *registry.Regions) *slots.Extractor {
	if places == nil {
		return nil
	}
	var list []slots.Place
	for _, p := range places.All() {
		list = append(list, slots.Place{Code: p.Code, Name: p.Name})
	}
	return slots.New(list)
}

// ItemsOf are the items that a need in people's words may mean.
func ItemsOf(need string) []string {
	return map[string][]string{
		"低保": {"MZ-01"}, "特困": {"MZ-02"}, "临时救助": {"MZ-03", "MZ-04"}, "孤儿": {"MZ-05", "MZ-06"}, "残疾人补贴": {"MZ-07", "MZ-08"},
		"高龄": {"MZ-10"}, "医疗救助": {"YB-02"}, "公租房": {"ZJ-01", "ZJ-02"}, "危房改造": {"ZJ-03"}, "取暖": {"ZJ-04"},
		"教育救助": {"JT-01", "JT-02", "JT-03", "JT-04"}, "就业援助": {"RS-01"}, "受灾": {"YJ-01"}, "法律援助": {"SF-01"},
	}[need]
}
