# For every Jupyter of the project's venv. A notebook that is opened and saved is the same file as before, whatever Go the kernel was built with.
def drop_version(model, **_):
    if model["type"] == "notebook" and model["content"]["nbformat"] == 4:
        model["content"]["metadata"].get("language_info", {}).pop("version", None)


c.FileContentsManager.pre_save_hook = drop_version  # noqa: F821
