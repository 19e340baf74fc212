from uuid import uuid4
from crewai.flow import (
    ChatState,
    ConversationalConfig,
    Flow,
    listen,
    or_,
    persist,
    router,
    start,
)
from crewai.flow.persistence import SQLiteFlowPersistence
class SupportFlow(Flow[ChatState]):
    conversational_config = ConversationalConfig(
        default_intents=["order", "help", "goodbye"],
        intent_llm="gpt-4o-mini",
        defer_trace_finalization=True,
    )
    @start()
    def bootstrap(self):
        if not self.state.session_ready:
            self.state.session_ready = True
        return "ready"
    @router(bootstrap)
    def route(self):
        # last_intent set in prepare_conversational_turn when default_intents is set
        return self.state.last_intent or "help"
    @listen("order")
    def handle_order(self):
        reply = "Your order is on the way."
        self.append_message("assistant", reply)
        return reply
    @listen("help")
    def handle_help(self):
        reply = "How can I help?"
        self.append_message("assistant", reply)
        return reply
    @listen("goodbye")
    def handle_goodbye(self):
        reply = "Goodbye!"
        self.append_message("assistant", reply)
        return reply
    @persist(SQLiteFlowPersistence("support.db"))
    @listen(or_(handle_order, handle_help, handle_goodbye))
    def finalize(self):
        return self.state.model_dump()
session_id = str(uuid4())
flow = SupportFlow()
flow.kickoff(user_message="Where is my order?", session_id=session_id)
flow.kickoff(user_message="What about returns?", session_id=session_id)
flow.finalize_session_traces() # one trace link for the whole chat
