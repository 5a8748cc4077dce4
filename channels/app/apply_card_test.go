package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	browsertest "lianou/channels/browsertest"
	"lianou/channels/channeltest"
	"lianou/core/idcard"
	"lianou/core/idcard/idcardtest"
)

// readingDoor is a door with a reader of cards, and a photo of a card's front.
func readingDoor(t *testing.T) (*door, []byte) {
	t.Helper()
	d := newDoor(t)
	reader, err := idcard.NewTesseract(time.Now)
	must(t, err)
	d.env.Cards = reader
	return d, idcardtest.Shot(t, idcardtest.NewPen(t).Front(idcardtest.Zhang), idcardtest.Photo{Degrees: 3})
}

// The long page reads a card without script: what was read fills empty fields and stands
// beside what was typed, the photo is kept, nothing is handed in; what is no card is typed.
//
// Controls: showCard fills whatever stands in the field ("typed over"); `read` not looked at
// in applyPost (the page with the card is refused for want of a signature).
func TestLongPageReadsACard(t *testing.T) {
	t.Parallel()
	d, front := readingDoor(t)
	b := newBrowser(t, d.serve(t))
	b.enter(d)
	_, page, _ := b.get("/apply")
	fields := map[string]string{"key": hidden(t, page, "key"), "read": "1", "form/story": "儿子瘫在床上。"}
	read := func(files map[string][]byte) (int, string) {
		t.Helper()
		status, page, _ := b.apply(fields, files)
		if !strings.Contains(page, "儿子瘫在床上。") || !strings.Contains(page, fields["key"]) {
			t.Errorf("the page came back without what was filled in")
		}
		return status, page
	}
	status, page := read(map[string][]byte{"id_front": front})
	for _, part := range []string{`name="form/applicant.name" value="张桂兰"`, `name="form/applicant.id_number" value="` + channeltest.ID + `"`, "从身份证上读的", "kept/id_front"} {
		if status != 200 || !strings.Contains(page, part) {
			t.Errorf("empty fields: %d without %s", status, part)
		}
	}
	other := idcardtest.People(2)[1]
	fields["form/applicant.name"], fields["form/applicant.id_number"] = "张桂蓝", other.ID
	status, page = read(map[string][]byte{"id_front": front})
	for _, part := range []string{`name="form/applicant.name" value="张桂蓝"`, `name="form/applicant.id_number" value="` + other.ID + `"`, "身份证上读到的是“<b class=\"num\">张桂兰</b>”", "不一样"} {
		if status != 200 || !strings.Contains(page, part) {
			t.Errorf("typed over: %d without %s", status, part)
		}
	}
	if status, page = read(map[string][]byte{"id_front": photo(t)}); status != 200 || !strings.Contains(page, "没读出来。照片留着") || !strings.Contains(page, "kept/id_front") {
		t.Errorf("no card: %d", status)
	}
	if status, page = read(nil); status != 422 || !strings.Contains(page, "还没有拍身份证") {
		t.Errorf("no photo: %d", status)
	}
	if status, page = read(map[string][]byte{"id_back": []byte("<svg/>")}); status == 200 || !strings.Contains(page, `data-field="id_front"`) {
		t.Errorf("no picture: %d", status)
	}
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications", n)
	}
}

// In a browser the page comes back at its first step with what was read, over no draft, and
// the form goes on from there; Enter never reads a card.
//
// Control: `data-read` not looked at in form.js, and the draft empties what was read.
func TestLongPageReadsACardInBrowser(t *testing.T) {
	t.Parallel()
	d, front := readingDoor(t)
	s := d.serve(t)
	tab := browsertest.Start(t).Tab(t)
	tab.Phone()
	tab.Open(s.URL + "/c/app/apply")
	fill(tab, "#phone", channeltest.Phone)
	tab.Go("main form .big")
	tab.Wait("登录码发到这个手机了")
	fill(tab, "#code", d.phone.code())
	tab.Go("main form .big")
	tab.Wait("您是谁")
	picture := filepath.Join(t.TempDir(), "front.png")
	must(t, os.WriteFile(picture, front, 0o600))
	tab.Upload("#id_front", picture)
	held(tab)
	tab.Go("#read")
	tab.Wait("从身份证上读的,请对一下")
	held(tab)
	tab.Shot("app-form-card")
	is := func(field, want string) {
		t.Helper()
		if got := tab.Eval(`document.querySelector('[name="` + field + `"]').value`); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	is("form/applicant.name", "张桂兰")
	is("form/applicant.id_number", channeltest.ID)
	tab.Click("#next")
	tab.Wait("住在哪里")
	if n := d.count(t, `select count(*) from application`); n != 0 {
		t.Errorf("%d applications", n)
	}
}
