package channels

// UploadsOnly is a door that can take files and nothing else.
func UploadsOnly(env Env) *CitizenDoor {
	return &CitizenDoor{env: env, images: make(chan struct{}, imagesAtOnce)}
}
