package channels

import (
	"encoding/json"
	"math"

	"lianou/core"
)

// stroke is one line of the finger: points with time and pressure.
type stroke struct {
	Points []strokePoint `json:"points"`
}

type strokePoint struct {
	X        float64 `json:"x"`
	Y        float64 `json:"y"`
	Time     float64 `json:"time"`
	Pressure float64 `json:"pressure"`
}

// Bounds of a signature, in points and in pixels of the pad.
const (
	leastPoints = 4
	mostPoints  = 10_000
	mostStrokes = 500
	leastExtent = 3
	mostExtent  = 20_000
)

var (
	errStrokes = core.Invalid("signature", "签名没有收完整,请再签一次。")
	errDot     = core.Invalid("signature", "只点了一下,不算签名。请用手指写下名字。写不了字,可以请窗口或入户的人帮您按手印。")
)

// CleanStrokes checks a finger signature and gives it as exactly what it is, nothing
// a client adds. A tap and a trembling dot are none: they say so, because who reads
// "incomplete" taps once more. Errors: KindInvalid.
func CleanStrokes(data []byte) ([]byte, error) {
	var strokes []stroke
	if len(data) > MaxStrokes || json.Unmarshal(data, &strokes) != nil || len(strokes) > mostStrokes {
		return nil, errStrokes
	}
	points, low, high := 0, strokePoint{X: math.Inf(1), Y: math.Inf(1)}, strokePoint{X: math.Inf(-1), Y: math.Inf(-1)}
	for _, s := range strokes {
		for _, p := range s.Points {
			if !p.sane() {
				return nil, errStrokes
			}
			low.X, low.Y, high.X, high.Y = min(low.X, p.X), min(low.Y, p.Y), max(high.X, p.X), max(high.Y, p.Y)
		}
		points += len(s.Points)
	}
	switch {
	case points == 0 || points > mostPoints:
		return nil, errStrokes
	case points < leastPoints || max(high.X-low.X, high.Y-low.Y) < leastExtent:
		return nil, errDot
	}
	clean, err := json.Marshal(strokes)
	if err != nil {
		return nil, errStrokes
	}
	return clean, nil
}

// sane holds a point to a pad that exists: who draws it writes each number out.
func (p strokePoint) sane() bool {
	return math.Abs(p.X) <= mostExtent && math.Abs(p.Y) <= mostExtent && p.Time >= 0 && p.Time < 1e14 && p.Pressure >= 0 && p.Pressure <= 1024
}
