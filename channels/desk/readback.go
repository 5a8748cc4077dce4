package desk

import (
	"net/url"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/wording"
	"lianou/intake"
)

// readMember and readHome are the facts that a read-back says; the others stand on
// the form, and a call has no time for forty of them.
var (
	readMember = []string{"age", "disability", "illness", "work_ability"}
	readHome   = []string{"income_12m", "medical_12m", "financial_assets_per_capita"}
)

// ReadBack is what an agent reads to the caller before anything is sent (复述): the
// request as the form holds it, a line for each thing that a wrong digit or a wrong
// village would spoil. What was not asked is not said. title names an item.
func ReadBack(v url.Values, on core.Date, places *registry.Regions, title func(core.ItemCode) string) []string {
	f, h, _, err := stated(v, on)
	if err != nil || f.Applicant.Name == "" {
		return nil
	}
	lines := []string{f.Applicant.Name + numberSaid(f.Applicant.IDNumber), callerLine(f)}
	if at := places.FullName(core.RegionCode(f.Live.Region)); at != "" {
		lines = append(lines, "住"+at+f.Live.Detail)
	}
	lines = append(lines, familyLines(f, h)...)
	if f.Story != "" {
		lines = append(lines, "难处:"+short(f.Story, mostStory))
	}
	lines = append(lines, wishLine(f.Items, title))
	if f.Account != "" {
		lines = append(lines, "钱打到这张卡:"+grouped(f.Account, 4))
	}
	if f.Urgent {
		lines = append(lines, "急难,先救后补")
	}
	return lines
}

func numberSaid(id string) string {
	if id == "" {
		return ",身份证号先空着"
	}
	return ",身份证号 " + grouped(id, 6)
}

// phoneSaid parts a mobile number as people say it: three, four, four.
func phoneSaid(number string) string {
	digits := strings.ReplaceAll(number, " ", "")
	if len(digits) != 11 {
		return number
	}
	return digits[:3] + " " + digits[3:7] + " " + digits[7:]
}

func callerLine(f intake.Form) string {
	who := ""
	for _, c := range Capacities() {
		if c.Value == f.Contact.Capacity {
			who = c.Word
		}
	}
	if f.Contact.Name != "" {
		who = strings.Trim(who+f.Contact.Name, " ")
	}
	return "电话 " + phoneSaid(f.Contact.Phone) + ",说话的是" + who
}

func familyLines(f intake.Form, h core.Household) []string {
	if len(f.People) == 0 {
		return nil
	}
	said := wording.Facts(h)
	lines := []string{"家里 " + strconv.Itoa(len(f.People)) + " 口人"}
	for _, p := range f.People {
		line := p.Name
		for _, key := range readMember {
			if words := said["members/"+p.Ref+"/"+key]; words != "" {
				line += "," + words
			}
		}
		lines = append(lines, strings.TrimPrefix(line, ","))
	}
	for _, key := range readHome {
		if words := said[key]; words != "" {
			lines = append(lines, wording.FactLabel(key)+" "+words)
		}
	}
	return lines
}

func wishLine(items []string, title func(core.ItemCode) string) string {
	if len(items) == 0 {
		return "没点名要办哪一项,41 项都看一遍"
	}
	var names []string
	for _, it := range items {
		names = append(names, title(core.ItemCode(it)))
	}
	return "想办:" + strings.Join(names, "、")
}

// mostStory is how much of the story is read back, in characters.
const mostStory = 80

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "……"
	}
	return s
}

// grouped parts digits so that they can be read out and compared.
func grouped(digits string, by int) string {
	digits = strings.ReplaceAll(digits, " ", "")
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && i%by == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}
