package media

import "lianou/core"

// The errors of this package. None has a sentence for a citizen: the SIP side turns
// them into 488, 503, 400 and an alert.
var (
	// ErrNoCodec: the other side offers no sound that we speak (488).
	ErrNoCodec = core.E(core.KindUnsupported, "media_codec", "")
	// ErrSDP: a description that cannot be read or is beyond a limit (400).
	ErrSDP = core.E(core.KindInvalid, "media_sdp", "")
	// ErrPorts: every port is in use or draining (503).
	ErrPorts = core.E(core.KindUnavailable, "media_ports", "")
	// ErrClosed: the call or the engine is over.
	ErrClosed = core.E(core.KindConflict, "media_closed", "")
	// ErrRecording: a recording that cannot be made or is not one of ours.
	ErrRecording = core.E(core.KindInvalid, "media_recording", "")
	// ErrDisk: the recording could not be written to its end.
	ErrDisk = core.E(core.KindUnavailable, "media_disk", "")
	// ErrPrompt: a prompt that is no WAV we can speak.
	ErrPrompt = core.E(core.KindUnsupported, "media_prompt", "提示音要用 8000 赫兹、单声道的 WAV 文件(PCM 16 位、A 律或 μ 律)。")
)
