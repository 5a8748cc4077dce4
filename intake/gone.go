package intake

import (
	"slices"
	"strings"

	"lianou/core"
)

// PapersGone lists the papers of a form that are not with us, or no longer: it lies in the
// chain of the refusal, for a door that keeps forms and has to ask for them again.
type PapersGone struct{ Papers []PaperForm }

func (g *PapersGone) Error() string { return "papers that were never put, or are gone" }

// refusal says which they are.
func (g *PapersGone) refusal() error {
	var names []string
	for _, p := range g.Papers {
		if name := PaperSaid(core.PaperKind(p.Kind)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return core.Invalid("papers", strings.Join(names, "、")+"没传好,请重新拍一次。").Wrap(g)
}

// PaperSaid names a paper as people do.
func PaperSaid(kind core.PaperKind) string {
	name := map[core.PaperKind]string{core.PaperIDFront: "身份证人像面", core.PaperIDBack: "身份证国徽面", core.PaperHukou: "户口本", core.PaperOral: "口述录音", core.PaperRecording: "录音"}[kind]
	if name == "" {
		return "有一张照片"
	}
	return name
}
