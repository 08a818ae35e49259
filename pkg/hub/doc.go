// Package hub downloads files of a model or data set repository from the Hugging Face Hub into the cache of Python's
// huggingface_hub, so that each of the two finds what the other has downloaded.
//
// In flow a repository ([Ref]) and the names of files, or patterns of names ([File]). Out flows the path of the folder
// <cache>/models--<owner>--<name>/snapshots/<commit>, which has all of those files, complete: size and SHA-256 (of small files the
// git blob SHA-1) are those of the Hub's listing.
//
// # Cache
//
//	<cache>/models--owner--name/blobs/<etag>               content, named by SHA-256 (LFS) or git blob SHA-1
//	<cache>/models--owner--name/blobs/<etag>.incomplete    an interrupted download; the next one resumes at its end
//	<cache>/models--owner--name/refs/<branch or tag>       its commit when it was last fetched
//	<cache>/models--owner--name/snapshots/<commit>/<file>  relative links to blobs
//	<cache>/models--owner--name/.no_exist/<commit>/<file>  an optional file that the commit does not have
//	<cache>/.locks/models--owner--name/<etag>.lock         held while a blob is written, by Python as well
//
// # Environment
//
// The variables and their precedence are Python's: HF_ENDPOINT; HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else HF_HOME/hub, else
// XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub; HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the file
// HF_TOKEN_PATH or HF_HOME/token; HF_HUB_DISABLE_IMPLICIT_TOKEN; HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE.
// The cache is used without asking the Hub only if HF_HUB_OFFLINE is set, or for a commit that is in it.
//
// # What is taken from go-huggingface
//
// Repository types, header and cache names and the records of the listing come from github.com/gomlx/go-huggingface/hub. Its
// download calls (v0.4.0) are not used, for these reasons:
//   - a connection that drops in the middle of a file is reported as success: the partial file is deleted and the snapshot
//     has a dangling link;
//   - downloads are not resumed, and neither size nor hash is checked;
//   - redirects send the token to other ports of the Hub's host;
//   - a blob is named by the ETag of the host that a redirect leads to, not by the Hub's X-Linked-Etag, and no refs/ entry is
//     written, so Python finds neither;
//   - fetching the listing cannot be cancelled, has no timeout, fails for a repository with more than one license, and two
//     concurrent processes can delete each other's copy.
package hub
