package e2e

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"lianou/channels/browsertest"
	"lianou/core/blob"
)

// What a person says at the door is recorded in the page, heard again, recorded
// anew, and arrives as a WAV file as long as the page says. Control: let the
// worklet keep every second sample only.
func TestRecorder(t *testing.T) {
	p := at(t, browsertest.Start(t, browsertest.Microphone), "wangmiao.assistant1")
	p.desk("/counter")
	p.Phone()
	p.put(map[string]string{"applicant.name": "孙福来", "contact.phone": "13900010031", "m0.name": "孙福来", "m0.age": "74", "story": "一个人过,走不动了。"})
	p.live("371426", "371426104", "371426104200")
	p.tick(`input[name=consent][value=process]`)
	p.tick(`input[name=consent][value=means_check]`)
	p.press("[data-record]")
	p.recorded(2)
	p.judge("recorder-recording")
	p.Phone()
	p.press("[data-stop]")
	p.Until("the first recording is there", `document.querySelector("[data-tape]").dataset.now === "done"`)
	p.press("[data-retake]")
	p.recorded(4)
	p.press("[data-stop]")
	p.Until("it can be heard", `document.querySelector("[data-play]").duration > 3.5`)
	p.judge("recorder-done")
	p.Phone()
	p.Eval(`document.querySelector("[data-tape]").closest("fieldset").scrollIntoView(); ""`)
	p.View("picture-recorder", 390, 800)
	length, err := strconv.ParseFloat(p.Eval(`String(document.querySelector("[data-play]").duration)`), 64)
	if err != nil {
		t.Fatal(err)
	}
	p.Draw("[data-sign] canvas")
	p.Click("#request .btn.go")
	p.Wait("报上了")
	receipt := receiptShown.FindString(p.Text("main"))
	p.Quiet()
	p.heardAs(receipt, time.Duration(length*float64(time.Second)))
}

// press clicks what lies in the middle of the window: at its end lies the bar with
// the form's own button.
func (p person) press(sel string) {
	p.t.Helper()
	p.Eval(`document.querySelector("` + sel + `").scrollIntoView({block: "center"}); ""`)
	p.Click(sel)
}

// recorded waits until so many seconds lie on the tape.
func (p person) recorded(seconds int) {
	p.t.Helper()
	p.Until("seconds are recorded", `(() => { const [m, s] = document.querySelector("[data-time]").textContent.split(" / ")[0].split(":"); return document.querySelector("[data-tape]").dataset.now === "recording" && m*60 + +s >= `+strconv.Itoa(seconds)+` })()`)
}

// heardAs holds the stored statement of a case to the length the page played.
func (p person) heardAs(receipt string, want time.Duration) {
	p.t.Helper()
	ctx := p.t.Context()
	officer, err := desk(ctx, "wangmiao.officer")
	if err != nil {
		p.t.Fatal(err)
	}
	page, err := until(ctx, officer, "/desk/township?q="+strings.ReplaceAll(receipt, " ", ""), regexp.MustCompile(`^/desk/township/case/\d+$`))
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := session(p.t, "wangmiao.officer").Get(city.Platform + page + "/paper/1")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("the statement: %d %v", resp.StatusCode, err)
	}
	sound, _, err := blob.CheckAudio(bytes.NewReader(body), resp.Header.Get("Content-Type"))
	if err != nil {
		p.t.Fatal(err)
	}
	if got := sound.Duration(int64(len(body))); (got-want).Abs() > 20*time.Millisecond || sound.Rate != 16000 || sound.Channels != 1 || sound.Bits != 16 {
		p.t.Errorf("stored %v of %+v, the page played %v", got, sound, want)
	}
}

// Without a microphone, and without leave to use it, the page says what to do, and
// a file takes the same way; a sound that is no WAV becomes one.
func TestRecorderWithoutMicrophone(t *testing.T) {
	for _, c := range []struct {
		name, says string
		options    []browsertest.Option
	}{{"none", "没有找到麦克风", nil}, {"refused", "改成允许", []browsertest.Option{browsertest.MicrophoneRefused}}} {
		t.Run(c.name, func(t *testing.T) {
			p := at(t, browsertest.Start(t, c.options...), "wangmiao.assistant1")
			p.desk("/counter")
			p.Click("[data-record]")
			p.Until("the page says what to do", `document.querySelector("[data-say]").innerText.includes("`+c.says+`")`)
			p.judge("recorder-" + c.name)
			p.Upload("[data-tape] input[type=file]", photo(t))
			p.Until("a picture is no sound", `document.querySelector("[data-say]").innerText.includes("放不出声音") && !document.querySelector("[data-tape] input[type=file]").files.length`)
			p.Upload("[data-tape] input[type=file]", oral(t))
			p.Until("the file is taken", `document.querySelector("[data-tape]").dataset.now === "done" && document.querySelector("[data-tape] input[type=file]").files[0].type === "audio/wav"`)
		})
	}
}
