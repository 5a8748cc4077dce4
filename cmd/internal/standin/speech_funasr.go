package standin

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// funasrStart is the first message of a client.
type funasrStart struct {
	Mode          string `json:"mode"`
	WavName       string `json:"wav_name"`
	WavFormat     string `json:"wav_format"`
	AudioFS       int    `json:"audio_fs"`
	IsSpeaking    bool   `json:"is_speaking"`
	ChunkSize     []int  `json:"chunk_size"`
	ChunkInterval int    `json:"chunk_interval"`
	Hotwords      string `json:"hotwords"` // a string of JSON, as the C++ runtime reads it
	Hotword       string `json:"hotword"`  // as the Python demo reads it
	ITN           bool   `json:"itn"`
}

// funasr is the runtime's websocket. Faults choose which of the three servers it is:
// C++ without one, ModeInverted the old Python, ModeIsEnd the new.
func (s *speech) funasr(w http.ResponseWriter, r *http.Request) {
	f := s.faults.take(Speech, "websocket")
	switch f.Mode {
	case ModeError, ModeTimeout, ModeCut, ModeCutDone, ModeStatus:
		s.faults.pass(w, r, f, func(w http.ResponseWriter, _ *http.Request, _ Fault) { http.Error(w, "engine fault", statusOf(f.Code)) })
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), "binary") {
		http.Error(w, "no subprotocol that we speak", http.StatusBadRequest)
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{"binary"}}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	ws.SetReadLimit(mostSound)
	t := &funasrTalk{s: s, ws: ws, fault: f}
	t.run()
}

// funasrTalk is one conversation.
type funasrTalk struct {
	s     *speech
	ws    *websocket.Conn
	fault Fault
	start funasrStart
	sound []byte
	shown int // runes of the talk that went out as drafts
	told  int // of these, finals
	live  []rune
}

func (t *funasrTalk) run() {
	kind, b, err := t.ws.ReadMessage()
	if err != nil || kind != websocket.TextMessage || json.Unmarshal(b, &t.start) != nil || !t.start.IsSpeaking {
		return
	}
	if words := t.start.Hotwords; words != "" && json.Unmarshal([]byte(words), &map[string]int{}) != nil {
		return
	}
	t.s.note(Asked{Mode: t.start.Mode, WavFormat: t.start.WavFormat, Rate: t.start.AudioFS, Hotwords: t.start.Hotwords, Hotword: t.start.Hotword})
	if t.start.Mode != "offline" && (t.start.WavFormat != "pcm" || t.start.AudioFS != 8000 && t.start.AudioFS != 16000) {
		_ = t.ws.WriteMessage(websocket.TextMessage, []byte("ERROR. Real-time transcription service ONLY SUPPORT PCM stream."))
		return
	}
	t.live = []rune(spoiltText(t.fault, talks[len(t.start.WavName)%len(talks)]))
	for {
		kind, b, err := t.ws.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.BinaryMessage {
			t.sound = append(t.sound, b...)
			if t.start.Mode != "offline" && !t.draft() {
				return
			}
			continue
		}
		var end struct {
			IsSpeaking *bool `json:"is_speaking"`
		}
		if json.Unmarshal(b, &end) == nil && end.IsSpeaking != nil && !*end.IsSpeaking {
			t.finish()
			return
		}
	}
}

// final is the mark that the server puts on an answer; last: after the sound's end.
func (t *funasrTalk) final(last bool) bool { return last != (t.fault.Mode == ModeInverted) }

// say sends one answer.
func (t *funasrTalk) say(m map[string]any) bool {
	m["wav_name"] = t.start.WavName
	raw, err := json.Marshal(m)
	if err != nil {
		return false
	}
	if t.fault.Mode == ModeTruncated {
		raw = raw[:len(raw)/2]
	}
	return t.ws.WriteMessage(websocket.TextMessage, raw) == nil
}

// draft says four characters a second of sound, and a sentence anew when it is whole.
func (t *funasrTalk) draft() bool {
	const perSecond = 4
	end := len(t.live) // of the sentence
	if i := slices.Index(t.live[t.told:], '。'); i >= 0 {
		end = t.told + i + 1
	}
	due := min(len(t.sound)/2*perSecond/t.start.AudioFS, end)
	if due-t.shown < 2 && due < end || due <= t.shown {
		return true
	}
	if !t.say(map[string]any{"mode": "2pass-online", "text": string(t.live[t.shown:due]), "is_final": t.final(false)}) {
		return false
	}
	t.shown = due
	if due == end {
		return t.sentence(end, false)
	}
	return true
}

// sentence sends the final form of the talk up to a rune.
func (t *funasrTalk) sentence(to int, last bool) bool {
	ms := func(rune int) int { return rune * 250 }
	text := string(t.live[t.told:to])
	m := map[string]any{"mode": "2pass-offline", "text": text, "is_final": t.final(last),
		"timestamp": fmt.Sprintf("[[%d,%d],[%d,%d]]", ms(t.told), ms(t.told)+200, ms(to)-200, ms(to)), "stamp_sents": ""}
	t.told, t.shown = to, max(to, t.shown)
	return t.say(m)
}

// finish answers the end of the sound in the server's own way.
func (t *funasrTalk) finish() {
	if t.fault.Mode == ModeSlow {
		_ = t.ws.SetReadDeadline(time.Now().Add(t.fault.Delay))
		if _, _, err := t.ws.ReadMessage(); !isTimeout(err) {
			return // the client has gone
		}
	}
	switch {
	case t.fault.Mode == ModeSilent: // the old Python server, for silence
	case t.start.Mode == "offline":
		t.whole()
	case t.shown > t.told:
		t.sentence(t.shown, true)
	default:
		t.say(map[string]any{"mode": "2pass-offline", "text": "", "is_final": t.final(true), "stamp_sents": ""})
	}
	if t.fault.Mode == ModeIsEnd {
		t.say(map[string]any{"is_end": true, "is_final": true})
	}
	_ = t.ws.SetReadDeadline(time.Now().Add(t.s.faults.hang)) // the servers leave the socket to the client
	_, _, _ = t.ws.ReadMessage()
}

func isTimeout(err error) bool {
	var late net.Error
	return errors.As(err, &late) && late.Timeout()
}

// whole answers a file: sentences with their times in milliseconds.
func (t *funasrTalk) whole() {
	sound := linear(t.sound)
	text := spoiltText(t.fault, t.s.said(sound))
	length, all := len(sound)/16, max(len([]rune(text)), 1) // ms at 8 kHz
	from := 0
	list := []map[string]any{}
	for _, part := range sentencesOf(text) {
		to := from + length*len([]rune(part))/all
		words := strings.TrimSuffix(part, "。")
		list = append(list, map[string]any{"text_seg": strings.Join(strings.Split(words, ""), " "), "punc": part[len(words):], "start": from, "end": to, "ts_list": [][]int{{from, to}}})
		from = to
	}
	t.say(map[string]any{"mode": "offline", "text": text, "is_final": t.final(true), "timestamp": fmt.Sprintf("[[0,%d]]", length), "stamp_sents": list})
}
