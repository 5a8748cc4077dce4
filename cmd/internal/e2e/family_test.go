package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"lianou/core/registry/seed"
)

// family is what a clerk types for the mother and her son, field by field of the
// request form; the numbers are the story's own.
func family(t *testing.T) map[string]string {
	t.Helper()
	s, ok := seed.StoryOf("a")
	if !ok {
		t.Fatal("the first story is gone")
	}
	mother, son := s.Members[0], s.Members[1]
	return map[string]string{
		"applicant.name": mother.Name, "applicant.id_number": mother.ID.Reveal(), "contact.phone": mother.Phone.Reveal(),
		"live.detail": s.Door, "account": mother.Account.Reveal(), "story": "儿子瘫在炕上,吃饭都得人喂,我干不动了。",
		"m0.name": mother.Name, "m0.id_number": mother.ID.Reveal(), "m0.relation": "applicant", "m0.age": "59", "m0.sex": "female",
		"m0.disability.kind": "none", "m0.illness": "none", "m0.insurance": "resident", "m0.veteran": "false", "m0.lost_only_child": "false",
		"m0.union_member": "false", "m0.work_ability": "partial", "m0.employment": "idle", "m0.pension": "resident",
		"m1.name": son.Name, "m1.id_number": son.ID.Reveal(), "m1.relation": "child", "m1.age": "33", "m1.sex": "male",
		"m1.disability.kind": "limb", "m1.disability.grade": "1", "m1.adl_failed": "5", "m1.needs_long_term_care": "true", "m1.illness": "none",
		"m1.insurance": "resident", "m1.veteran": "false", "m1.union_member": "false", "m1.work_ability": "none", "m1.employment": "idle", "m1.pension": "resident",
		"h.area": "rural", "h.hukou": "local", "h.houses": "1", "h.cars": "0", "h.business_with_staff": "false", "h.owns_home": "true", "h.renting": "false",
		"h.legal_matter": "none", "h.house_grade": "B", "h.floor_area_per_capita": "40", "h.income_per_capita_month": "390", "h.income_12m": "9360",
		"h.financial_assets_per_capita": "2000", "h.rigid_12m": "4200", "h.shocks.kind": "none",
	}
}

// put writes many fields at once, as an input method would, and tells the page
// once. A field the form does not have fails the test.
func (p person) put(values map[string]string) {
	p.t.Helper()
	list, err := json.Marshal(values)
	if err != nil {
		p.t.Fatal(err)
	}
	missing := p.Eval(fmt.Sprintf(`(() => {
		const f = document.querySelector("#request"), lost = [];
		for (const [k, v] of Object.entries(%s)) {
			const e = f.elements[k];
			if (!e) { lost.push(k); continue }
			e.value = v;
			if (e.value !== v) lost.push(k + "=" + v);
			const d = e.closest("details"); if (d) d.open = true;
		}
		f.elements["story"].dispatchEvent(new Event("change", {bubbles: true}));
		return lost.join(", ");
	})()`, list))
	if missing != "" {
		p.t.Fatalf("the form has no %s", missing)
	}
}

// live chooses where the family lives, list by list as htmx brings them.
func (p person) live(county, township, village string) {
	p.t.Helper()
	for _, c := range [][2]string{{"live.county", county}, {"live.township", township}, {"live.village", village}} {
		if c[1] == "" {
			continue
		}
		p.Until("the list has "+c[1], fmt.Sprintf(`!!document.querySelector('select[name="%s"] option[value="%s"]')`, c[0], c[1]))
		p.Choose(`select[name="`+c[0]+`"]`, c[1])
	}
}

// tick checks boxes by selector without regard to how they look.
func (p person) tick(sel string) {
	p.t.Helper()
	p.Eval(fmt.Sprintf(`(()=>{const e=document.querySelector(%q);if(!e.checked)e.click();return String(e.checked)})()`, sel))
}

// oral is a recording of a few seconds, long enough for the door.
func oral(t *testing.T) string {
	t.Helper()
	const seconds = 6
	body := make([]byte, 2*wavRate*seconds)
	for i := range wavRate * seconds {
		binary.LittleEndian.PutUint16(body[2*i:], uint16(int16((i%80-40)*200)))
	}
	return file(t, "oral.wav", wavOf(body))
}

const wavRate = 8000

// wavOf puts a head before sound of 16 bits on one channel.
func wavOf(body []byte) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, v := range []any{uint32(36 + len(body)), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(wavRate), uint32(2 * wavRate), uint16(2), uint16(16), []byte("data"), uint32(len(body)), body} {
		_ = binary.Write(&b, binary.LittleEndian, v) // to memory
	}
	return b.Bytes()
}

// photo is a small picture from a phone.
func photo(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 640, 480))
	for y := range 480 {
		for x := range 640 {
			m.Set(x, y, color.RGBA{uint8(120 + x/8), uint8(110 + y/6), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return file(t, "room.jpg", b.Bytes())
}

func file(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
