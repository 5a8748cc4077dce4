package people

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/wording"
)

// ground is by what somebody's death, or that they left the city, is told: a paper with its number,
// or what was seen and who said what.
type ground struct {
	wording.Option
	Proof string // as the register keeps it (wording.Proofs)
}

// Paper reports whether it is a paper, which has a number.
func (g ground) Paper() bool { return g.Proof == "paper" }

// looks are the grounds that are no paper.
var looks = []ground{{wording.Option{Value: "police", Word: "问过派出所"}, "police"}, {wording.Option{Value: "village", Word: "村里、邻居说的"}, "said"}, {wording.Option{Value: "visit", Word: "上门看过"}, "visit"}}

// grounds are those to choose from, of events that end somebody's place; nil for others.
func grounds(kind string) []ground {
	paper := func(value, word string) ground { return ground{wording.Option{Value: value, Word: word}, "paper"} }
	switch registry.EventKind(kind) {
	case registry.EventDeath:
		return append([]ground{paper("certificate", "居民死亡医学证明"), paper("cremation", "火化证明"), paper("cancelled", "户口注销证明"), paper("court", "法院宣告死亡的判决")}, looks...)
	case registry.EventMoveOut:
		return append([]ground{paper("transfer", "户口迁移证"), paper("admitted", "准予迁入证明"), paper("there", "那边的户口簿、居住证")}, looks...)
	}
	return nil
}

// Grounds are those that the form offers.
func (page lifePage) Grounds() []ground { return grounds(page.Kind.Value) }

// leastNumber and mostNumber bound the number of a paper, in characters; mostSaid what was said.
const leastNumber, mostNumber, mostSaid = 4, 60, 300

var (
	errNumber = core.Invalid("number", "照着证明写它的编号,4 到 60 个字,至少三个数字。没有编号的,选「上门看过」「问过派出所」,写问了谁、怎么说的。")
	errWords  = core.Invalid("words", "写明问了谁、怎么说的、看到了什么,300 个字以内。比如:邻居赵大娘说他上月底走的。光写「上门看过」「已经去世」这样的,不算。")
)

// basis reads by what such an event is told: how the register keeps that, and the words that are
// sealed beside it. Whether they say anything the register asks too. Errors: KindInvalid.
func (page *lifePage) basis(r *http.Request) (proof, words string, err error) {
	all := page.Grounds()
	i := slices.IndexFunc(all, func(g ground) bool { return g.Value == r.PostFormValue("proof") })
	if i < 0 {
		return "", "", errProof
	}
	g := all[i]
	if g.Paper() {
		number := strings.TrimSpace(r.PostFormValue("number"))
		if !numbered(number) {
			return "", "", errNumber
		}
		return g.Proof, g.Word + ",编号 " + number, nil
	}
	words = strings.TrimSpace(r.PostFormValue("words"))
	if !utf8.ValidString(words) || utf8.RuneCountInString(words) > mostSaid || !core.Told(words, leastSaid) {
		return "", "", errWords
	}
	return g.Proof, words, nil
}

// leastSaid is in how few words it is not said who said what.
const leastSaid = 6

// numbered reports whether a number may be a paper's: whose is not known, so figures that are not
// all the same are all that is asked of it.
func numbered(s string) bool {
	if n := utf8.RuneCountInString(s); !utf8.ValidString(s) || n < leastNumber || n > mostNumber || strings.ContainsFunc(s, unicode.IsControl) {
		return false
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	return len(digits) >= 3 && strings.Trim(digits, digits[:1]) != ""
}

// Basis is by what the event is told, on the page that asks for a yes.
func (page lifePage) Basis() string {
	if page.because == "" {
		return page.Proof()
	}
	i := slices.IndexFunc(page.Grounds(), func(g ground) bool { return g.Value == page.Typed("proof") })
	if g := page.Grounds()[max(i, 0)]; !g.Paper() {
		return g.Word + "。" + page.because
	}
	return page.because
}
