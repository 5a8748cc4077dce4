package boot

import (
	"io"
	"log/slog"
)

// The keys of log lines. A fixed list keeps lines searchable; none of them ever
// holds anything personal.
const (
	KeyProgram   = "program"   // gateway, platform, lianou
	KeyComponent = "component" // the package that speaks
	KeyError     = "err"       // a core.Error's text
	KeyChannel   = "channel"
	KeyJob       = "job"
	KeyAddr      = "addr"
	KeyTook      = "took"
)

// NewLog makes the program's logger.
func NewLog(w io.Writer, cfg *Config, program string) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.LogLevel}
	var handler slog.Handler = slog.NewJSONHandler(w, opts)
	if cfg.LogFormat == "text" {
		handler = slog.NewTextHandler(w, opts)
	}
	return slog.New(handler).With(KeyProgram, program)
}
