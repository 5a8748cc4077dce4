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
	readMember = []string{"relation", "age", "disability", "illness", "work_ability"}
	readHome   = []string{"income_12m", "income_per_capita_month", "medical_12m", "financial_assets_per_capita", "houses", "shocks"}
)

// spoken is what a read-back needs beside the form.
type spoken struct {
	on     core.Date
	places *registry.Regions
	wishes []string // names of the items that are ticked
	items  int      // of the Book
}

// readBack is what an agent reads to the caller before anything is sent (复述): the
// request as the form holds it, a line for each thing that a wrong digit or a wrong
// village would spoil. What was not asked is not said. It is empty before there is
// an applicant, and while an answer is wrong.
func readBack(v url.Values, s spoken) []string {
	f, h, _, err := stated(v, s.on)
	if err != nil || f.Applicant.Name == "" {
		return nil
	}
	lines := []string{f.Applicant.Name + numberSaid(f.Applicant.IDNumber), callerLine(f)}
	if at := s.places.FullName(core.RegionCode(f.Live.Region)); at != "" {
		lines = append(lines, "住"+at+f.Live.Detail)
	}
	lines = append(lines, familyLines(f, h)...)
	if f.Story != "" {
		lines = append(lines, "难处:"+short(f.Story, mostStory))
	}
	lines = append(lines, s.wishLine())
	if f.Account != "" {
		lines = append(lines, "钱打到这张卡:"+grouped(f.Account, 4))
	}
	if f.Urgent {
		lines = append(lines, "急难,先救后补")
	}
	return append(lines, toldLine(f))
}

// numberSaid parts an ID number as it is built: place, day of birth, the rest.
func numberSaid(id string) string {
	switch id = strings.ReplaceAll(id, " ", ""); {
	case id == "":
		return ",身份证号先空着"
	case len(id) != 18:
		return ",身份证号 " + grouped(id, 4)
	}
	return ",身份证号 " + id[:6] + " " + id[6:14] + " " + id[14:]
}

// phoneSaid parts a mobile number as people say it: three, four, four.
func phoneSaid(number string) string {
	digits := strings.ReplaceAll(number, " ", "")
	switch {
	case digits == "":
		return "电话先空着"
	case len(digits) != 11:
		return "电话 " + number
	}
	return "电话 " + digits[:3] + " " + digits[3:7] + " " + digits[7:]
}

func callerLine(f intake.Form) string {
	line := phoneSaid(f.Contact.Phone)
	switch f.Contact.Capacity {
	case "official":
		return line + ",是我们上门看到、替他报的"
	case "", "self":
		return line + ",说话的是本人"
	}
	who := ""
	for _, c := range Capacities() {
		if c.Value == f.Contact.Capacity {
			who = c.Word
		}
	}
	return line + ",说话的是" + who + f.Contact.Name
}

// whomOf is toldLine of a form that nobody reads out: the window's, and that of an assistant at
// the door, who show it to whoever asks.
func whomOf(v url.Values, on core.Date) string {
	f, _, _, err := stated(v, on)
	if err != nil || f.Applicant.Name == "" {
		return ""
	}
	return toldLine(f)
}

// toldLine says who will be told, from the contact that notices go to (features.md F70).
func toldLine(f intake.Form) string {
	phone, _ := core.ParsePhone(f.Contact.Phone) // a wrong one is marked on the form
	name := f.Contact.Name
	if name == "" {
		name = f.Applicant.Name
	}
	line := wording.WhoIsTold(core.Capacity(f.Contact.Capacity), name, phone)
	if f.Contact.Way != "" {
		line += wording.ToldFirst(core.ChannelName(f.Contact.Way))
	}
	return line
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
			line += factSaid(",", "members/"+p.Ref+"/"+key, said)
		}
		lines = append(lines, strings.TrimPrefix(line, ","))
	}
	for _, key := range readHome {
		if line := factSaid("", key, said); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// factSaid is one fact with its name; what says itself (62 岁, 肢体一级) has none.
func factSaid(before, path string, said map[string]string) string {
	words := said[path]
	_, key, member := strings.Cut(strings.TrimPrefix(path, "members/"), "/")
	switch {
	case words == "":
		return ""
	case member && key != "illness":
		return before + words
	}
	return before + wording.FactLabel(path) + " " + words
}

func (s spoken) wishLine() string {
	if len(s.wishes) == 0 {
		return "没点名要办哪一项," + strconv.Itoa(s.items) + " 项都看一遍"
	}
	return "想办:" + strings.Join(s.wishes, "、")
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
