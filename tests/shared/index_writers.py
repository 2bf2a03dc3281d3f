"""Processes that write an index."""

import multiprocessing


def started(target, *args):
    """A child process that has begun ``target(pipe, *args)``, and our end of the pipe.

    Children are forked from a server that has loaded the libraries but used none of them.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["rag.index", "rag.embed", "faiss", "filelock"])
    ours, theirs = context.Pipe()
    child = context.Process(target=target, args=(theirs, *args))
    child.start()
    theirs.close()
    return child, ours
