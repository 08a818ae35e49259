// Package hub fetches files of a model or data set repository from the Hugging Face Hub into the cache folders that Python's
// huggingface_hub uses, so that what one of them has fetched the other one finds.
//
// In go a repository ([Ref]) and the names of the files that are wanted, or patterns of them ([File]); out comes the folder
// <cache>/models--<owner>--<name>/snapshots/<commit>, which holds every one of those files whole: its size and its SHA-256 (or,
// for small files, its git blob SHA-1) are those that the Hub's listing states.
//
// # Cache
//
//	<cache>/models--owner--name/blobs/<etag>               content, named by SHA-256 (LFS) or git blob SHA-1
//	<cache>/models--owner--name/blobs/<etag>.incomplete    a download that stopped; the next one goes on from its end
//	<cache>/models--owner--name/refs/<branch or tag>       the commit that it stood for when last fetched
//	<cache>/models--owner--name/snapshots/<commit>/<file>  relative links to blobs
//	<cache>/models--owner--name/.no_exist/<commit>/<file>  an optional file that the commit does not have
//	<cache>/.locks/models--owner--name/<etag>.lock         held while a blob is written, by Python as well
//
// # Environment
//
// The variables and their precedence are Python's: HF_ENDPOINT; HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else HF_HOME/hub, else
// XDG_CACHE_HOME/huggingface/hub, else ~/.cache/huggingface/hub; HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the file
// HF_TOKEN_PATH or HF_HOME/token; HF_HUB_DISABLE_IMPLICIT_TOKEN; HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE.
// The cache stands in for the Hub only where HF_HUB_OFFLINE asks for it.
//
// # What is taken from go-huggingface
//
// Repository types, header and cache names and the records of the listing come from github.com/gomlx/go-huggingface/hub. Its
// download calls (v0.4.0) are not used, for these reasons:
//   - a connection that drops in the middle of a file is reported as success: what had arrived is deleted and the snapshot
//     gets a link to nothing;
//   - nothing is resumed, and neither size nor hash is compared;
//   - redirects carry the token to other ports of the Hub's host;
//   - a blob is named by the ETag of the host that a redirect leads to, not by the Hub's X-Linked-Etag, and no refs/ entry is
//     written, so Python finds neither;
//   - fetching the listing cannot be cancelled, has no time limit, fails for a repository with more than one license, and two
//     processes that do it at once can delete each other's copy.
package hub
