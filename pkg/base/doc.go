// Package base finds base models by name.
//
// In flow a name, as profiles and the command's --base have it: a model folder, "minilm" for the base that the set-up installs, or
// hub:owner/name@revision; out flows the folder, downloaded if need be, and the hash of its content.
package base
