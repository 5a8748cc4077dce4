package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lianou/cmd/internal/demo"
	"lianou/cmd/internal/visitor"
	"lianou/core/registry/seed"
)

// A call to 12345: on every free agent's desk at once, heard, and filed for two
// families, whose cases both lead to the one recording.
// Controls: a bell for the first agent alone; a key of the call without the form's
// part.
func TestHotlineToTwoCases(t *testing.T) {
	first, second := listens(t, "0317"), listens(t, "0318")
	call := dials(t, "13705340081", "standard")
	first.hears(call)
	second.hears(call)
	at := heard(t, first, call)
	one := files(t, first.desk, formOf(t, first.desk, at, "/applications"), told(1, "371424103"))
	two := files(t, first.desk, formOf(t, first.desk, at, "/applications"), told(2, "371424106"))
	for town, receipt := range map[string]string{"deping": one, "mengsi": two} {
		officer, page := caseOf(t, town, receipt)
		sound, err := officer.Open(t.Context(), page+"/audio")
		if err != nil || !strings.HasPrefix(sound.Body, "RIFF") {
			t.Errorf("the case of %s does not play the call: %v", receipt, err)
		}
	}
	const sql = `select count(distinct f.id) from casefile f join call c on c.id = f.call_id and c.recording = f.recording where c.id = $1`
	if n := count(t, sql, call); n != 2 {
		t.Errorf("%d cases point to the recording of the call, want 2", n)
	}
	must(t, send(t.Context(), first.desk, at, "/done", url.Values{"outcome": {"applied"}}))
}

// The form callback of other exchanges leads to the same desk and to a case.
func TestFormCallbackToACase(t *testing.T) {
	agent := listens(t, "0318")
	call := dials(t, "13705340082", "twilio")
	agent.hears(call)
	at := heard(t, agent, call)
	caseOf(t, "deping", files(t, agent.desk, formOf(t, agent.desk, at, "/applications"), told(3, "371424103")))
	must(t, send(t.Context(), agent.desk, at, "/done", url.Values{"outcome": {"applied"}}))
}

// heard takes the call once its recording is there and listens to a part of it, as
// a player that jumps ahead does.
func heard(t *testing.T, e ear, call string) string {
	t.Helper()
	at := "/desk/agent/call/" + call
	for deadline := time.Now().Add(patience); ; {
		page, err := e.desk.Open(t.Context(), at)
		must(t, err)
		if strings.Contains(page.Body, "<audio") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the recording never came")
		}
		must(t, breath(t.Context()))
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, city.Platform+at+"/audio", nil)
	must(t, err)
	r.Header.Set("Range", "bytes=8-15")
	resp, err := session(t, e.login).Do(r)
	must(t, err)
	defer resp.Body.Close()
	part, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusPartialContent || string(part) != "WAVEfmt " {
		t.Fatalf("a part of the recording: %d %q %v", resp.StatusCode, part, err)
	}
	return at
}

// The two doors people open themselves, from log-in to money on a card and a
// person told: the mini-program by WeChat, the app by text.
func TestPhonesToTheMoney(t *testing.T) {
	p := hands(t)
	stories := seed.Stories()
	b, c := stories[1], stories[2]
	c.Members[0].Account = c.Fixed // the closed card is the demo's own story
	mini, app := p.Phone("b"), p.Phone("c")
	must(t, mini.LogInWeChat(t.Context()))
	byMini, err := mini.Apply(t.Context(), b)
	must(t, err)
	must(t, mini.Allow(t.Context()))
	must(t, app.LogInApp(t.Context(), c.Applicant().Phone.Reveal()))
	byApp, err := app.Apply(t.Context(), c)
	must(t, err)
	says(t, mini, byMini, "德平镇")
	says(t, app, byApp, "孟寺镇")
	// What is still missing comes from where they are: by the mini-program's pages, by the app.
	const book = "户口本首页的照片"
	deping, atDeping := asksFor(t, "deping", byMini, book)
	mengsi, atMengsi := asksFor(t, "mengsi", byApp, book)
	sendsMore(t, "b", byMini, book)
	said, err := app.HandIn(t.Context(), byApp, "这是户口本的首页")
	must(t, err)
	if !strings.Contains(said, "1 张照片收到了") || !strings.Contains(said, "还差就告诉您") {
		t.Errorf("the promise: %s", said)
	}
	looksAt(t, "deping", atDeping)
	enough(t, deping, atDeping, "1 张照片")
	enough(t, mengsi, atMengsi, "这是户口本的首页")
	says(t, app, byApp, "补的东西收到了")
	must(t, p.Work(t.Context(), demo.Township{Town: "deping", County: "linyi"}, byMini))
	must(t, p.Work(t.Context(), demo.Township{Town: "mengsi", County: "linyi"}, byApp))
	must(t, mini.LogInWeChat(t.Context())) // tokens live five minutes of the city's clock
	says(t, mini, byMini, "已批准")
	must(t, p.Pay(t.Context()))
	must(t, p.Told(t.Context(), "b", "救助金发放通知", "微信收到:钱打到卡上"))
	must(t, p.Told(t.Context(), "c", "尾号 "+c.Fixed.Last4(), "短信收到:钱打到卡上"))
	must(t, mini.LogInWeChat(t.Context()))
	says(t, mini, byMini, "钱已")
	money, err := mini.Money(t.Context())
	must(t, err)
	for _, want := range []string{`"state":"paid"`, byMini, `"card":"尾号 `, `"sample":true`} {
		if !strings.Contains(money, want) {
			t.Errorf("the list of money does not say %s: %s", want, money)
		}
	}
	readsMoney(t, "b")
	aChildIsBorn(t, deping, atDeping, fmt.Sprint(b.Household))
	if strings.Contains(money, byApp) {
		t.Errorf("the list of money shows another family's: %s", money)
	}
}

// says waits until the door's own progress says so.
func says(t *testing.T, p *demo.Phone, receipt, want string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		said, err := p.Progress(t.Context(), receipt)
		must(t, err)
		if strings.Contains(said, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the progress never says %s: %s", want, said)
		}
		must(t, breath(t.Context()))
	}
}

// The staff's two doors to a case: at the window; at the door with the person's own
// signature, and the recorded way with two witnesses. Neither may be missing.
// Control: intake without the row of needs of the doorstep.
func TestWindowAndDoorstepToACase(t *testing.T) {
	clerk, err := desk(t.Context(), "linyi.clerk")
	must(t, err)
	assistant, err := desk(t.Context(), "mengsi.assistant1")
	must(t, err)
	speech := visitor.File{Field: "oral", Name: "oral.wav", Type: "audio/wav", Data: bytesOf(t, oral(t))}
	front := visitor.File{Field: "id_front", Name: "front.jpg", Type: "image/jpeg", Data: bytesOf(t, photo(t))}
	signed := url.Values{"consent.how": {"signature"}, "sign.applicant": {scrawl(0)}}
	witnessed := url.Values{"consent.how": {"signature"}, "sign.instead": {"voice_witness"}, "witness": {"李二", "王三"}}
	caseOf(t, "mengsi", files(t, clerk, formOf(t, clerk, "/desk/counter", "/window"), both(told(4, "371424106"), signed), front))
	door := func() *visitor.Form { return formOf(t, assistant, "/desk/counter", "/doorstep") }
	caseOf(t, "mengsi", files(t, assistant, door(), both(told(5, "371424106"), signed), speech, front))
	caseOf(t, "mengsi", files(t, assistant, door(), both(told(6, "371424106"), witnessed), speech))
	for name, c := range map[string]struct {
		how    url.Values
		papers []visitor.File
	}{
		"signed, not spoken": {signed, nil}, "witnessed, not spoken": {witnessed, nil}, "spoken, not signed": {url.Values{"consent.how": {"signature"}}, []visitor.File{speech}},
		"one witness": {url.Values{"sign.instead": {"voice_witness"}, "witness": {"李二", ""}}, []visitor.File{speech}},
	} {
		page, err := assistant.Send(t.Context(), door(), both(told(7, "371424106"), c.how), slices.Clone(c.papers)...)
		if err == nil || page == nil || page.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// both is a form's values with more of them.
func both(a, b url.Values) url.Values {
	for name, values := range b {
		a[name] = values
	}
	return a
}

func bytesOf(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}
